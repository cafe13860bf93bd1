# Warnings and sanitizers live on one interface target, so third-party code is not affected.
add_library(automl_options INTERFACE)
target_compile_options(automl_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror)
target_include_directories(automl_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_link_options(automl_options INTERFACE -fuse-ld=lld)

set(AUTOML_SANITIZE "" CACHE STRING "address (with undefined) or thread; empty: none")
if(AUTOML_SANITIZE STREQUAL "address")
  set(sanitizer_flags -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
    -fsanitize-ignorelist=${CMAKE_SOURCE_DIR}/cmake/sanitizer-ignorelist.txt)
elseif(AUTOML_SANITIZE STREQUAL "thread")
  set(sanitizer_flags -fsanitize=thread -fno-omit-frame-pointer)
endif()
if(sanitizer_flags)
  target_compile_options(automl_options INTERFACE ${sanitizer_flags})
  target_link_options(automl_options INTERFACE ${sanitizer_flags})
endif()

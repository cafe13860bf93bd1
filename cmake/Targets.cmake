# automl_library(NAME SOURCES … [LINK …] [PRIVATE_LINK …]), automl_program(…), automl_test(…):
# one way to declare each kind of target. Without sources a library is an interface.
include(GoogleTest)

function(automl_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  if(arg_SOURCES)
    add_library(${name} STATIC ${arg_SOURCES})
    target_link_libraries(${name} PUBLIC $<BUILD_INTERFACE:automl_options> ${arg_LINK} PRIVATE ${arg_PRIVATE_LINK})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE automl_options ${arg_LINK})
  endif()
endfunction()

function(automl_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE automl_options ${arg_LINK})
endfunction()

# automl_test(NAME SOURCES … LINK … [TIMEOUT s] [LABELS word] [SERIAL] [WHOLE]): a GoogleTest program.
# WHOLE registers the program as one ctest test (for suites with expensive shared set-up); otherwise
# each test case is registered on its own by discovery at test time.
function(automl_test name)
  cmake_parse_arguments(arg "SERIAL;WHOLE" "TIMEOUT;LABELS" "SOURCES;LINK" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE automl_options ${arg_LINK} GTest::gmock GTest::gtest_main rapidcheck)
  target_compile_definitions(${name} PRIVATE AUTOML_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                             AUTOML_BINARY_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  set(properties TIMEOUT ${arg_TIMEOUT})
  if(arg_LABELS)
    list(APPEND properties LABELS "${arg_LABELS}")
  endif()
  if(arg_SERIAL)
    list(APPEND properties RUN_SERIAL ON)
  endif()
  if(arg_WHOLE)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES ${properties})
  else()
    gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST PROPERTIES ${properties})
  endif()
endfunction()

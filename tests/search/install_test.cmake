# Installs the search library, then builds and runs the example against it, as a stranger would.
# usage: cmake -DBUILD=… -DSOURCE=… -P install_test.cmake
set(folder "${BUILD}/tests/search/install_test")
file(REMOVE_RECURSE "${folder}")
set(ENV{CMAKE_PREFIX_PATH} "")
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
endfunction()
run(${CMAKE_COMMAND} --install "${BUILD}" --prefix "${folder}/prefix" --component search)
run(${CMAKE_COMMAND} -S "${SOURCE}/examples/search" -B "${folder}/build" -G Ninja -DCMAKE_BUILD_TYPE=Release
    "-DCMAKE_PREFIX_PATH=${folder}/prefix" "-DCMAKE_CXX_FLAGS=-Wall -Wpedantic -Werror"
    -DCMAKE_CXX_COMPILER=${COMPILER})
run(${CMAKE_COMMAND} --build "${folder}/build")
run("${folder}/build/minimize")
# Eigen's inline functions are the same in the library and in a program only when both are compiled alike.
file(STRINGS "${BUILD}/CMakeCache.txt" v3 REGEX "^AUTOML_X86_64_V3:BOOL=ON")
file(GLOB targets "${folder}/prefix/*/cmake/automl/automlTargets.cmake" "${folder}/prefix/*/*/cmake/automl/automlTargets.cmake")
file(STRINGS ${targets} instructions REGEX "INTERFACE_COMPILE_OPTIONS.*-march=x86-64-v3")
if(v3 AND CMAKE_HOST_SYSTEM_PROCESSOR STREQUAL "x86_64" AND NOT instructions)
  message(FATAL_ERROR "automl::search does not tell its users with which instructions it was compiled")
endif()

# The version comes from git: the nearest tag v*, else 0.0.0, with the commit. It is written into
# one generated source at build time, so that a new commit recompiles one small file.
add_custom_target(automl_version_source
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR} -DOUTPUT=${CMAKE_BINARY_DIR}/version.cpp
          -P ${CMAKE_SOURCE_DIR}/cmake/WriteVersion.cmake
  BYPRODUCTS ${CMAKE_BINARY_DIR}/version.cpp)

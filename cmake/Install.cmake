# What `cmake --install` puts where. The programs find each other in one folder, and the runner finds
# the Python SDK in ../share/automl/python; the search library installs itself (search/CMakeLists.txt).
include(GNUInstallDirs)

install(TARGETS automl automld automl-runner RUNTIME COMPONENT programs)
install(DIRECTORY sdk/python/automl DESTINATION ${CMAKE_INSTALL_DATADIR}/automl/python COMPONENT programs
        FILES_MATCHING PATTERN "*.py"
        PATTERN search EXCLUDE PATTERN optuna.py EXCLUDE PATTERN __pycache__ EXCLUDE)
install(FILES sdk/cpp/automl.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT programs)
install(FILES completions/automl.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
        RENAME automl COMPONENT programs)
install(FILES completions/_automl DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT programs)
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT programs)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT programs)

# One folder of sources is one target. What every target shares is said here once.

add_library(cyberpass_options INTERFACE)
target_include_directories(cyberpass_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(cyberpass_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       -Wno-sign-conversion -Werror -fno-omit-frame-pointer)
target_compile_definitions(cyberpass_options INTERFACE BOOST_ASIO_NO_DEPRECATED
                           BOOST_ASIO_DISABLE_BOOST_COROUTINE)
if(CYBERPASS_SANITIZE)
  target_compile_options(cyberpass_options INTERFACE -fsanitize=${CYBERPASS_SANITIZE}
                         -fno-sanitize-recover=all)
  target_link_options(cyberpass_options INTERFACE -fsanitize=${CYBERPASS_SANITIZE})
endif()
if(CYBERPASS_SANITIZE STREQUAL thread)
  # Asio's fences: the sanitizer does not model them, and says so at each.
  target_compile_options(cyberpass_options INTERFACE -Wno-tsan)
endif()
if(CYBERPASS_FUZZER)
  target_compile_options(cyberpass_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Where a build is a unity build (CMAKE_UNITY_BUILD), a folder's files are compiled as one; those ALONE
# have private names that another file of their folder has too, or a class with members of private types.

# cyberpass_folder(NAME [DEPENDS targets...] [ALONE files...]): the library of this folder's .cpp files.
function(cyberpass_folder name)
  cmake_parse_arguments(arg "" "" "DEPENDS;ALONE" ${ARGN})
  set_source_files_properties(${arg_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  list(FILTER sources EXCLUDE REGEX "_main\\.cpp$")
  if(sources)
    add_library(cp_${name} STATIC ${sources})
    target_link_libraries(cp_${name} PUBLIC cyberpass_options ${arg_DEPENDS})
  else()
    add_library(cp_${name} INTERFACE)
    target_link_libraries(cp_${name} INTERFACE cyberpass_options ${arg_DEPENDS})
  endif()
endfunction()

# cyberpass_program(NAME FILE DEPENDS targets...): one program in build/<preset>/bin/.
function(cyberpass_program name file)
  cmake_parse_arguments(arg "" "" "DEPENDS" ${ARGN})
  add_executable(${name} ${file})
  target_link_libraries(${name} PRIVATE cyberpass_options ${arg_DEPENDS})
endfunction()

# cyberpass_tests(FOLDER DEPENDS targets... [ALONE files...]): one test program of this folder's *_test.cpp files;
# ctest lists each of its tests as FOLDER.Suite.Name.
function(cyberpass_tests folder)
  cmake_parse_arguments(arg "" "" "DEPENDS;ALONE" ${ARGN})
  set_source_files_properties(${arg_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(test_${folder} ${sources})
  target_link_libraries(test_${folder} PRIVATE cyberpass_options ${arg_DEPENDS} GTest::gtest
                        GTest::gtest_main)
  if(CYBERPASS_SANITIZE)
    # What is tested is optimised, the tests are not: that halves the time they take to build.
    target_compile_options(test_${folder} PRIVATE -O0)
  endif()
  target_compile_definitions(test_${folder} PRIVATE
                             CYBERPASS_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                             CYBERPASS_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  gtest_discover_tests(test_${folder} TEST_PREFIX "${folder}." DISCOVERY_MODE PRE_TEST
                       PROPERTIES TIMEOUT 300)
endfunction()

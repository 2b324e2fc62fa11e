# Flags and rules of every target: no room sets its own.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

add_library(datadeed_options INTERFACE)
target_include_directories(datadeed_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(datadeed_options INTERFACE
    -Wall -Wextra -Wpedantic -Werror
    -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
    -Wformat=2 -Wimplicit-fallthrough -Wswitch-enum -Wcast-align -Wundef -Wvla
    -fno-omit-frame-pointer -fstack-protector-strong -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
# GCC's flow analysis sees through std::variant, std::vector and std::string what isn't there (GCC bugs 105562, 105651,
# 107852); the same mistakes, where they are real, are what the sanitizer builds are for.
target_compile_options(datadeed_options INTERFACE "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-array-bounds;-Wno-stringop-overflow;-Wno-stringop-overread;-Wno-restrict>")
target_compile_definitions(datadeed_options INTERFACE _GLIBCXX_ASSERTIONS)
if(NOT DATADEED_SANITIZE)
    # glibc defines the macro itself at some optimisation levels, hence the undefine first.
    target_compile_options(datadeed_options INTERFACE
        $<$<CONFIG:Release>:-U_FORTIFY_SOURCE> $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
    target_link_options(datadeed_options INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
else()
    add_compile_options(-fsanitize=${DATADEED_SANITIZE} -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${DATADEED_SANITIZE})
endif()
if(DATADEED_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(DATADEED_COVERAGE)
    add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
    add_link_options(-fprofile-instr-generate)
endif()

# Tests run once a build, so compiling them is what costs; the rooms that they test are optimised as shipped.
# Not optimising them at all halves their time under clang, and saves GCC nothing.
set(datadeed_test_options "$<IF:$<CXX_COMPILER_ID:Clang>,-O0,$<$<CONFIG:Release>:-O1>>")

# datadeed_room(NAME ledger DEPENDS crypto SOURCES a.cpp [PRIVATE outside::package ...])
# A room is a folder, a namespace and a static library datadeed::<name>. DEPENDS is the whole list of rooms it may
# include (tests/tidy reads it); PRIVATE names outside packages that no other room sees.
function(datadeed_room)
    cmake_parse_arguments(ROOM "" "NAME" "DEPENDS;SOURCES;PRIVATE" ${ARGN})
    string(REPLACE "/" "_" target datadeed_${ROOM_NAME})
    string(REPLACE "/" "_" alias ${ROOM_NAME})
    add_library(${target} STATIC ${ROOM_SOURCES})
    add_library(datadeed::${alias} ALIAS ${target})
    target_link_libraries(${target} PUBLIC datadeed_options PRIVATE ${ROOM_PRIVATE})
    foreach(room IN LISTS ROOM_DEPENDS)
        string(REPLACE "/" "_" room ${room})
        target_link_libraries(${target} PUBLIC datadeed::${room})
    endforeach()
endfunction()

# datadeed_program(datadeed-node DEPENDS node SOURCES main.cpp [PRIVATE ...]) -> build/<preset>/bin/datadeed-node
function(datadeed_program name)
    cmake_parse_arguments(PROGRAM "" "" "DEPENDS;SOURCES;PRIVATE" ${ARGN})
    add_executable(${name} ${PROGRAM_SOURCES})
    target_link_libraries(${name} PRIVATE datadeed_options ${PROGRAM_PRIVATE})
    foreach(room IN LISTS PROGRAM_DEPENDS)
        string(REPLACE "/" "_" room ${room})
        target_link_libraries(${name} PRIVATE datadeed::${room})
    endforeach()
endfunction()

# datadeed_test(ledger_test DEPENDS ledger SOURCES a_test.cpp LABELS unit [TIMEOUT seconds] [BUSY])
# One test program a room; ctest sees each case. All run from the root of the project. BUSY: what the test does itself
# takes longer than compiling it, so it is optimised as a room is.
function(datadeed_test name)
    cmake_parse_arguments(TEST "BUSY" "TIMEOUT" "DEPENDS;SOURCES;PRIVATE;LABELS" ${ARGN})
    if(NOT TEST_TIMEOUT)
        set(TEST_TIMEOUT 600)  # generous: sanitizer builds are ten times slower
    endif()
    if(NOT TEST_LABELS)
        set(TEST_LABELS unit)
    endif()
    datadeed_program(${name} DEPENDS ${TEST_DEPENDS} SOURCES ${TEST_SOURCES}
        PRIVATE ${TEST_PRIVATE} Catch2::Catch2WithMain rapidcheck datadeed_test_paths)
    if(NOT TEST_BUSY)
        target_compile_options(${name} PRIVATE ${datadeed_test_options})
    endif()
    target_compile_definitions(${name} PRIVATE DATADEED_CATCH_MAJOR=${Catch2_VERSION_MAJOR})
    catch_discover_tests(${name} TEST_PREFIX "${name}: "
        PROPERTIES TIMEOUT ${TEST_TIMEOUT} LABELS "${TEST_LABELS}")
endfunction()

# datadeed_fuzz(cbor DEPENDS base SOURCES fuzz_cbor.cpp) -> build/fuzz/bin/fuzz_cbor; clang and DATADEED_FUZZ only.
function(datadeed_fuzz name)
    if(NOT DATADEED_FUZZ)
        return()
    endif()
    datadeed_program(fuzz_${name} ${ARGN})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
endfunction()

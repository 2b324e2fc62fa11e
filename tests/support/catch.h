#pragma once

// Catch2, whichever of its two layouts the machine has (2.13 on Debian 12, 3 on Debian 13).
#if DATADEED_CATCH_MAJOR >= 3
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

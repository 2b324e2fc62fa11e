#pragma once

namespace datadeed {

// One lambda an alternative, for std::visit.
template <class... Lambdas>
struct Overloaded : Lambdas... {
    using Lambdas::operator()...;
};

}  // namespace datadeed

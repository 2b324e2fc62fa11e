#include "audit/error.h"

namespace datadeed::audit {

std::string_view code(Error error) {
    switch (error) {
        case Error::folder_not_found:
            return "audit.folder_not_found";
        case Error::chain_not_in_folder:
            return "audit.chain_not_in_folder";
    }
    return "audit.unknown";
}

std::string_view describe(Error error) {
    switch (error) {
        case Error::folder_not_found:
            return "there is no such folder";
        case Error::chain_not_in_folder:
            return "the folder holds no chain";
    }
    return "";
}

std::string_view advice(Error error) {
    switch (error) {
        case Error::folder_not_found:
            return "check the path of the copy";
        case Error::chain_not_in_folder:
            return "name the copy of a node's data folder: the one with genesis.cbor and chain/ in it";
    }
    return "";
}

}  // namespace datadeed::audit

#include "audit/error.h"

namespace datadeed::audit {

std::string_view code(Error error) {
    switch (error) {
        case Error::folder_not_found:
            return "audit.folder_not_found";
        case Error::chain_not_in_folder:
            return "audit.chain_not_in_folder";
        case Error::archive_not_found:
            return "audit.archive_not_found";
        case Error::epochs_malformed:
            return "audit.epochs_malformed";
        case Error::epochs_other_chain:
            return "audit.epochs_other_chain";
        case Error::epochs_not_certified:
            return "audit.epochs_not_certified";
        case Error::receipt_by_strangers:
            return "audit.receipt_by_strangers";
    }
    return "audit.unknown";
}

std::string_view describe(Error error) {
    switch (error) {
        case Error::folder_not_found:
            return "there is no such folder";
        case Error::chain_not_in_folder:
            return "the folder holds no chain";
        case Error::archive_not_found:
            return "there is no folder with an archive";
        case Error::epochs_malformed:
            return "the file with epochs is no such file";
        case Error::epochs_other_chain:
            return "the file with epochs is of another chain";
        case Error::epochs_not_certified:
            return "the file with epochs names validators that those before them didn't certify";
        case Error::receipt_by_strangers:
            return "too few of those whom you trust cosigned the receipt, and others did whom you don't name";
    }
    return "";
}

std::string_view advice(Error error) {
    switch (error) {
        case Error::folder_not_found:
            return "check the path of the copy";
        case Error::chain_not_in_folder:
            return "name the copy of a node's data folder: the one with genesis.cbor and chain/ in it";
        case Error::archive_not_found:
            return "name the folder after storage.archive_dir of that node, or a copy of it, with --archive";
        case Error::epochs_malformed:
            return "make it anew: audit replay --data-dir COPY --write-epochs FILE";
        case Error::epochs_other_chain:
            return "compare the id after --chain with the one that the organisations of the chain publish";
        case Error::epochs_not_certified:
            return "do not believe who gave it to you; get it from another member, or make it from a copy of the chain";
        case Error::receipt_by_strangers:
            return "the validators may have changed since: get a newer policy, or the file that audit replay "
                   "--write-epochs makes and give it with --epochs and --chain";
    }
    return "";
}

}  // namespace datadeed::audit

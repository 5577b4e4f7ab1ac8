"""What the library tlog-scales says of each case: with_tlog_scales.py <folder>

Checkpoints, signatures, bundles, tiles, roots and proofs are the library's work. It has no notion of a
chain between entries, so it does not see one that is broken and signed anew.
"""

from base64 import b64decode, b64encode

from tlog_scales import signing, tiles, tlog
from tlog_scales.reader import TilesReader

from cases import Log, answer_all

TILE_WIDTH = 256


def check_log(log):
    reader = TilesReader(log)
    checkpoint = reader.get_checkpoint()
    key = signing.Vkey.from_string(log.vkey())
    checkpoint.verify(key)
    if checkpoint.origin != key.name:
        raise ValueError("the checkpoint is of another log")
    if reader.calculate_root_hash() != checkpoint.root_hash:
        raise ValueError("the tiles have another root")
    for index in range(checkpoint.size):
        leaf = tiles.leaf_hash(reader.get_entry(index))
        if leaf != reader.mth(index, index + 1):
            raise ValueError(f"entry {index} is not the one in the tiles")
        # The proof of a tile's first leaf is hashed from all others of that tile.
        if index % TILE_WIDTH == 0 or index == checkpoint.size - 1:
            proof = reader.get_inclusion_proof(index, checkpoint.size)
            proof.check(leaf, checkpoint.root_hash)
    return "accept"


def check_inclusion(index, size, leaf, root, path):
    tlog.InclusionProof(int(index), int(size), hashes(path)).check(b64decode(leaf), b64decode(root))
    return "accept"


def check_consistency(old, new, old_root, new_root, path):
    proof = tlog.ConsistencyProof(int(old), int(new), hashes(path))
    proof.check(b64decode(old_root), b64decode(new_root))
    return "accept"


def prove_inclusion(log, index, size):
    return text(reader_of(log).get_inclusion_proof(int(index), int(size)))


def prove_consistency(log, old, new):
    return text(reader_of(log).get_consistency_proof(int(old), int(new)))


def tile_name(level, index, width):
    level = -1 if level == "entries" else int(level)
    return "/".join(tiles.tile_path(level, int(index), int(width) % TILE_WIDTH))


def reader_of(log):
    reader = TilesReader(log)
    reader.get_checkpoint()
    return reader


def hashes(path):
    return [b64decode(each) for each in path.split(",") if each]


def text(proof):
    return ",".join(b64encode(each).decode() for each in proof.node_hashes)


def judge(folder, kind, _field, what):
    def log():
        return Log(folder / "logs" / what[0], what[1:] if kind == "log" else ())

    match kind:
        case "log":
            return check_log(log())
        case "inclusion":
            return check_inclusion(*what)
        case "consistency":
            return check_consistency(*what)
        case "prove-inclusion":
            return prove_inclusion(log(), *what[1:])
        case "prove-consistency":
            return prove_consistency(log(), *what[1:])
        case "tile":
            return tile_name(*what)
        case _:
            raise ValueError("no case of a known kind")


if __name__ == "__main__":
    answer_all(judge)

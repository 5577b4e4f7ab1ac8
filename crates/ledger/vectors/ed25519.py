"""Ed25519 (RFC 8032) for test vectors: slow, not constant-time, never for real keys."""

import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    k = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + k, -1, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - k, -1, P)
    return (x % P, y % P)


def multiply(n, point):
    result = (0, 1)
    while n:
        if n & 1:
            result = add(result, point)
        point, n = add(point, point), n >> 1
    return result


def base_point():
    y = 4 * pow(5, -1, P) % P
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (x if x % 2 == 0 else P - x, y)


BASE = base_point()


def compress(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def scalar(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def expand(seed):
    digest = hashlib.sha512(seed).digest()
    secret = int.from_bytes(digest[:32], "little")
    return (secret & ((1 << 254) - 8)) | (1 << 254), digest[32:]


def public(seed):
    return compress(multiply(expand(seed)[0], BASE))


def sign(seed, message):
    secret, prefix = expand(seed)
    r = scalar(prefix, message) % L
    commitment = compress(multiply(r, BASE))
    s = (r + scalar(commitment, public(seed), message) * secret) % L
    return commitment + s.to_bytes(32, "little")


def sign_with_commitment_zero(seed, message):
    """A signature whose R is the neutral element: lenient verifiers accept it."""
    secret, _ = expand(seed)
    commitment = compress((0, 1))
    s = scalar(commitment, public(seed), message) * secret % L
    return commitment + s.to_bytes(32, "little")

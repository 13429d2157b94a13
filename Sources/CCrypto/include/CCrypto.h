// SHA-256 of OpenSSL's libcrypto; no library type crosses this header.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// The digest (FIPS 180-4) of `count` bytes.
void sluice_sha256(const uint8_t *bytes, size_t count, uint8_t digest[32]);

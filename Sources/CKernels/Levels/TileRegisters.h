// AMX: eight registers of 16 rows of 64 bytes each. A panel's units (Tile.h) are the layout its products want of their second operand.

/// Units of depth that one product of registers takes.
enum { tileUnits = 16 };

/// Gives this thread's tile registers their shape. A thread releases them when it is done, so that they are not saved at each switch.
INLINE void configureTiles(void) {
    struct {
        uint8_t palette, startRow, reserved[14];
        uint16_t rowBytes[16];
        uint8_t rows[16];
    } configuration = {.palette = 1};
    for (int tile = 0; tile < 8; tile++) {
        configuration.rowBytes[tile] = 64;
        configuration.rows[tile] = 16;
    }
    _tile_loadconfig(&configuration);
}

INLINE void releaseTiles(void) { _tile_release(); }

/// results[32, 16·vectors] (+)= left[32, depth] · panel[depth, 16·vectors], of bf16 pairs; one or two vectors, depth a multiple of
/// `tileUnits`. Registers 0 to 3 are the results, row by row, 4 and 5 left, 6 and 7 of the panel.
INLINE void multiplyWholeUnits(
    const float *left, size_t leftStride, const float *panel, size_t depth, float *results, size_t stride, bool adds, size_t vectors) {
    const size_t leftBytes = leftStride * sizeof(float), panelBytes = vectors * 64, bytes = stride * sizeof(float);
    const float *lower = left + 16 * leftStride;
    float *lowerResults = results + 16 * stride;
    if (adds) {
        _tile_loadd(0, results, bytes);
        _tile_loadd(2, lowerResults, bytes);
        if (vectors > 1) {
            _tile_loadd(1, results + lanes, bytes);
            _tile_loadd(3, lowerResults + lanes, bytes);
        }
    } else {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    }
    for (size_t unit = 0; unit < depth; unit += tileUnits) {
        const float *right = panel + unit * vectors * lanes;
        _tile_loadd(4, left + unit, leftBytes);
        _tile_loadd(6, right, panelBytes);
        _tile_dpbf16ps(0, 4, 6);
        _tile_loadd(5, lower + unit, leftBytes);
        _tile_dpbf16ps(2, 5, 6);
        if (vectors > 1) {
            _tile_loadd(7, right + lanes, panelBytes);
            _tile_dpbf16ps(1, 4, 7);
            _tile_dpbf16ps(3, 5, 7);
        }
    }
    _tile_stored(0, results, bytes);
    _tile_stored(2, lowerResults, bytes);
    if (vectors > 1) {
        _tile_stored(1, results + lanes, bytes);
        _tile_stored(3, lowerResults + lanes, bytes);
    }
}

/// As much of a tile's product with a panel (Tile.h) as fills registers; returns its depth, 0 where there is none.
INLINE size_t multiplyRegisters(
    const float *left, size_t leftStride, const float *panel, size_t width, size_t depth, float *results, size_t stride, bool adds) {
    const size_t whole = depth / tileUnits * tileUnits;
    if (whole == 0) return 0;
    if (width == lanes) multiplyWholeUnits(left, leftStride, panel, whole, results, stride, adds, 1);
    else multiplyWholeUnits(left, leftStride, panel, whole, results, stride, adds, 2);
    return whole;
}

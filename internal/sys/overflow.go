package sys

// OverflowSize is above the size of any message: with pages of 4 KiB no message
// exceeds KMALLOC_MAX_SIZE, 4 MiB, plus MAX_SKB_FRAGS pages.
const OverflowSize = 8 << 20

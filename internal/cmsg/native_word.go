package cmsg

// wordBytes is the size of a pointer, and of the long and the size_t of C.
const wordBytes = 4 << (^uint(0) >> 63)

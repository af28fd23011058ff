package uds

// maxBuffers is the most buffers that one receive or send hands to the kernel
// besides the first: IOV_MAX, which is 1,024 on Linux and the BSDs, less one. If
// a message has more, one buffer at the end stands for all the surplus ones.
const maxBuffers = 1023

// fewer returns at most maxBuffers buffers with the total size of bufs, and how
// many of bufs are among them: the last one stands for all others.
func fewer(bufs [][]byte) (few [][]byte, same int) {
	if len(bufs) <= maxBuffers {
		return bufs, len(bufs)
	}
	same = maxBuffers - 1
	few = make([][]byte, maxBuffers)
	copy(few, bufs[:same])
	few[same] = make([]byte, bytesIn(bufs[same:]))
	return few, same
}

// bytesIn returns how many bytes there are in bufs.
func bytesIn(bufs [][]byte) int {
	n := 0
	for _, b := range bufs {
		n += len(b)
	}
	return n
}

// gather returns fewer buffers with the bytes of bufs.
func gather(bufs [][]byte) [][]byte {
	few, same := fewer(bufs)
	if same < len(bufs) {
		last := few[same]
		for _, b := range bufs[same:] {
			last = last[copy(last, b):]
		}
	}
	return few
}

// scatter copies what the last of few received to the buffers of bufs that it
// stands for.
func scatter(bufs, few [][]byte, same int) {
	if same < len(bufs) {
		last := few[same]
		for _, b := range bufs[same:] {
			last = last[copy(b, last):]
		}
	}
}

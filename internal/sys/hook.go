package sys

// OnOpen, if set, is called with every descriptor that this package makes, and
// OnClose before it closes one. Tests set them, before the first call of this
// package, to tell where a leaked descriptor was made.
var OnOpen, OnClose func(fd int)

func opened(fd int) {
	if OnOpen != nil {
		OnOpen(fd)
	}
}

// Closing tells the hook of a descriptor that package os closes.
func Closing(fd int) { closing(fd) }

func closing(fd int) {
	if OnClose != nil {
		OnClose(fd)
	}
}

// Adopt tells the hook of a descriptor that arrived in a message.
func Adopt(fd int) { opened(fd) }

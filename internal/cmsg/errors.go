package cmsg

import "fmt"

// A FormatError says where a control buffer stops being a sequence of
// messages.
type FormatError struct {
	Offset int    // of the bad header in the buffer
	Len    uint64 // that the header states; 0 if Left has no room for a header
	Min    int    // the smallest valid length
	Left   int    // bytes from Offset to the end, and the largest valid length
}

func (e *FormatError) Error() string {
	if e.Left < e.Min {
		return fmt.Sprintf("cmsg: %d bytes at offset %d: a header needs %d", e.Left, e.Offset, e.Min)
	}
	return fmt.Sprintf("cmsg: length %d at offset %d: must be %d to %d", e.Len, e.Offset, e.Min, e.Left)
}

// A ValueError says which value cannot be encoded or decoded, and what is
// allowed.
type ValueError struct {
	Name    string
	Value   int64
	Allowed string
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("cmsg: %s %d: must be %s", e.Name, e.Value, e.Allowed)
}

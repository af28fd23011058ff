//go:build !linux

package sys

// AttachFilter fails: only Linux has it.
func AttachFilter(int, []SockFilter) Errno { return EOPNOTSUPP }

// DetachFilter fails.
func DetachFilter(int) Errno { return EOPNOTSUPP }

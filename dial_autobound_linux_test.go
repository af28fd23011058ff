package uds_test

import (
	"errors"
	"testing"

	"example.com/uds"
)

// The options with which connecting binds: the connection knows its name.
func TestDialTellsTheNameThatTheKernelGave(t *testing.T) {
	for name, o := range map[string]uds.Options{
		"PassCredentials": {PassCredentials: true},
		"PassPidFD":       {PassPidFD: true},
	} {
		t.Run(name, func(t *testing.T) {
			address := abstractName()
			seqListener(t, address)
			c, err := (&uds.Dialer{Options: o}).DialSeq(t.Context(), address)
			if errors.Is(err, errors.ErrUnsupported) {
				t.Skipf("needs a newer kernel: %v", err)
			}
			must(t, err)
			closeLater(t, c)
			want, err := c.Sockname()
			must(t, err)
			if got := c.LocalAddr().String(); got != want.String() || !want.IsAbstract() {
				t.Errorf("got the local address %q, want %q, an abstract name", got, want)
			}
		})
	}
}

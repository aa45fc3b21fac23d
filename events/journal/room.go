package journal

import (
	"fmt"

	"xiaohao/events"
)

// reserve is what the embedded log leaves free on its disk. A server that runs into the
// end of the disk gives no answer any more until it is started anew; refusing before that
// needs no restart once there is room again.
const reserve = 16 << 20

// writable returns why nothing may be written now: ErrHalted for good, or ErrFull.
func (j *Journal) writable() error {
	if err := j.Halted(); err != nil {
		return err
	}
	return j.room()
}

// room returns ErrFull when the embedded server's disk is nearly full. Servers elsewhere
// answer for theirs.
func (j *Journal) room() error {
	if j.server == nil {
		return nil
	}
	free, err := freeBytes(j.server.dir)
	if err == nil && free < reserve { // who cannot tell how much there is finds out by writing
		return fmt.Errorf("%w: %d MiB free on the disk of %s", events.ErrFull, free>>20, j.server.dir)
	}
	return nil
}

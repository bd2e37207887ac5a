package setup

import (
	"fmt"
	"io"
	"os"
)

// ProgressLine shows the progress of a wait. On a terminal it updates one line. Otherwise it prints one line for each poll.
type ProgressLine struct {
	output   io.Writer
	terminal bool
	open     bool
}

// NewProgressLine returns a line on the output.
func NewProgressLine(output io.Writer) *ProgressLine {
	file, ok := output.(*os.File)
	if !ok {
		return &ProgressLine{output: output}
	}
	info, err := file.Stat()

	return &ProgressLine{output: output, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

// Show replaces the text of the line.
func (p *ProgressLine) Show(text string) {
	if !p.terminal {
		fmt.Fprintln(p.output, "  "+text)

		return
	}
	fmt.Fprintf(p.output, "\r  %s\x1b[K", text) // overwrite the line and clear the rest of it
	p.open = true
}

// End moves to the next line if Show has written to a terminal.
func (p *ProgressLine) End() {
	if p.open {
		fmt.Fprintln(p.output)
		p.open = false
	}
}

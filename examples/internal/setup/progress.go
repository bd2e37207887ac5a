package setup

import (
	"fmt"
	"io"
	"os"
)

// ProgressLine shows the progress of a wait. On a terminal it updates one line. Otherwise it prints a line when the text changes, so that
// a log is short.
type ProgressLine struct {
	output   io.Writer
	terminal bool
	open     bool
	last     string
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
	switch {
	case p.terminal:
		// Overwrite the line and clear the rest of it. Meanwhile, the terminal does not wrap: it could not overwrite two lines.
		fmt.Fprintf(p.output, "\r\x1b[?7l  %s\x1b[K\x1b[?7h", text)
		p.open = true
	case text != p.last:
		fmt.Fprintln(p.output, "  "+text)
		p.last = text
	}
}

// End moves to the next line if Show has written to a terminal.
func (p *ProgressLine) End() {
	if p.open {
		fmt.Fprintln(p.output)
		p.open = false
	}
}

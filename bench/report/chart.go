package main

import (
	"bytes"
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/redshift-go/redshift/bench"
)

// chart draws the time of the other clients divided by our time, with one group of bars for each work.
func (r *results) chart() ([]byte, error) {
	plot.DefaultFont = font.Font{Typeface: "Liberation", Variant: "Sans"}
	drawing := plot.New()
	drawing.Title.Text = "Time of a call relative to this library (in memory, one goroutine)"
	drawing.X.Label.Text = "time / time of this library"
	drawing.X.Min = 0
	drawing.BackgroundColor = color.White
	const width = vg.Length(9)

	var names []string
	amazon, stock := plotter.Values{}, plotter.Values{}
	// The axis of the rows points up, so the first row is added last.
	for i := len(r.Works) - 1; i >= 0; i-- {
		row := r.Works[i]
		if _, found := row.Nanoseconds[bench.Stock]; !found {
			continue
		}
		if goroutines(row.Name) > 1 {
			continue
		}
		names = append(names, row.Name)
		amazon = append(amazon, row.Nanoseconds[bench.Amazon].Ratio)
		stock = append(stock, row.Nanoseconds[bench.Stock].Ratio)
	}
	for _, group := range []struct {
		values plotter.Values
		name   string
		offset vg.Length
		color  color.Color
	}{
		{amazon, "AWS SDK for Go v2", width / 2, color.RGBA{R: 0xe0, G: 0x7b, B: 0x39, A: 0xff}},
		{stock, "go-swagger's stock templates, encoding/xml", -width / 2, color.RGBA{R: 0x7f, G: 0x8f, B: 0xa6, A: 0xff}},
	} {
		bars, err := plotter.NewBarChart(group.values, width)
		if err != nil {
			return nil, fmt.Errorf("draw the chart: %w", err)
		}
		bars.Horizontal = true
		bars.LineStyle.Width = 0
		bars.Color = group.color
		bars.Offset = group.offset
		drawing.Add(bars)
		drawing.Legend.Add(group.name, bars)
	}
	ours, err := plotter.NewLine(plotter.XYs{{X: 1, Y: -0.5}, {X: 1, Y: float64(len(names)) - 0.5}})
	if err != nil {
		return nil, fmt.Errorf("draw the chart: %w", err)
	}
	ours.Color = color.RGBA{R: 0x1f, G: 0x6f, B: 0x4a, A: 0xff}
	ours.Width = 2
	drawing.Add(ours)
	drawing.Legend.Add("this library", ours)
	drawing.NominalY(names...)
	// Leave room for the legend above the bars.
	drawing.Y.Max += 1.5
	drawing.Legend.Top = true
	drawing.Legend.Padding = vg.Millimeter
	drawing.X.Max *= 1.02
	drawing.Title.Padding = 2 * vg.Millimeter

	canvas := vgsvg.New(20*vg.Centimeter, 12*vg.Centimeter)
	drawing.Draw(draw.New(canvas))
	var encoded bytes.Buffer
	if _, err := canvas.WriteTo(&encoded); err != nil {
		return nil, fmt.Errorf("write the chart: %w", err)
	}

	// Systems without the font use one with the same widths.
	return bytes.ReplaceAll(encoded.Bytes(), []byte("font-family:Liberation Sans"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif")), nil
}

package main

import (
	"math"
	"slices"
)

// spread is a median with its quartiles.
type spread struct {
	Median float64 `json:"median"`
	Q1     float64 `json:"q1"`
	Q3     float64 `json:"q3"`
}

func spreadOf(x []float64) spread {
	y := slices.Clone(x)
	slices.Sort(y)
	return spread{quantile(y, 0.5), quantile(y, 0.25), quantile(y, 0.75)}
}

// quantile interpolates in sorted values; it is 0 without any.
func quantile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	f := at - float64(i)
	return sorted[i]*(1-f) + sorted[i+1]*f
}

// ratios divides base by other, round by round: above 1 means that other needs
// less. A zero counts as floor, so that the quotient stays a number.
func ratios(base, other []float64, floor float64) []float64 {
	x := make([]float64, len(other))
	for i := range other {
		x[i] = math.Max(base[i], floor) / math.Max(other[i], floor)
	}
	return x
}

// sortedQuantile sorts x first.
func sortedQuantile(x []float64, p float64) float64 {
	slices.Sort(x)
	return quantile(x, p)
}

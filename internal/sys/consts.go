package sys

// Missing stands for the number of what a system lacks.
const Missing = -1

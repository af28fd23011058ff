package sys

// Missing is the number of what a system lacks.
const Missing = -1

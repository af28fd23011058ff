package sys

// SunPathSize is how much of AIX's sun_path of 1023 bytes a Sockaddr takes: as
// much as on the BSDs.
const SunPathSize = 104

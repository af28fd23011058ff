package sys

// SunPathSize is how much of AIX's sun_path of 1023 bytes fits a Sockaddr.
const SunPathSize = 104

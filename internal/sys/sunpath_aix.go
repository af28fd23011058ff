package sys

// SunPathSize is what fits a Sockaddr of AIX' sun_path of 1023 bytes.
const SunPathSize = 104

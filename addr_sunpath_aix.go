package uds

// sunPathLen is the size of sun_path in bytes: char sun_path[1023] in <sys/un.h>.
const sunPathLen = 1023

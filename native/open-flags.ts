/** Only a name for the entry: wants no permission to read it. Not among Node's constants (asm-generic/fcntl.h). */
export const O_PATH = 0o10000000;

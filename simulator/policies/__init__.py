"""The instruments, one file each; a package of one's own may add more (docs/extending.md)."""

"""The command line: commands, their flags, what a machine lacks, and what a command says when it is done."""

/*
 * commands.h - what a person asks of the program: --help, --version, --check.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

/*
 * Run the command that the arguments name, and print what it says.
 *
 * argc, argv  as main() has them
 *
 * Returns the exit status: oauth_access_tokens(8), EXIT STATUS.
 */
int commands_run(int argc, char **argv);

#endif

/**
 * What went wrong on the command line, in words for the person who typed it. Exit code 2: the input is not in order and
 * nothing was done; 1: it was in order, and something failed.
 */
export class CommandError extends Error {
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 2) {
    super(message);
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

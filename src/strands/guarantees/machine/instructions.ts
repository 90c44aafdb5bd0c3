/**
 * What an automaton does on a letter: a short list of instructions, as integers, that ends in the next state. Only
 * dates are handled here; everything else is in the state. "The tick" is the event's own day or instant, "the mark" a
 * tick that an instruction has chosen (a start that lies earlier, a stop dated otherwise).
 */
export const END = 0; //           next state
export const KEEP_LATEST = 1; //   register: the tick is the latest of its type
export const MARK_EVENT = 2; //    the mark is the tick
export const MARK_FIRST = 3; //    register: the mark is the first of a type, the tick where there is none
export const MARK_FIELD = 4; //    note: the mark is the date in the event's field; a note where that cannot be used
export const MARK_STOP = 5; //     register or −1: the mark is the stop's day, never before the start
export const BY_VERSION = 6; //    addresses (none in force, version 0, 1 …): go on by the version in force on the mark
export const BY_DUE = 7; //        limit, open pauses, address if past due, address if not
export const BY_FIELD = 8; //      limit, open pauses, address if the field holds no date, if not later than due, if later
export const START = 9; //         notes: a clock starts at the mark
export const RESTART = 10; //      notes: the clock starts again at the mark
export const OPEN_PAUSE = 11; //   pause: it began at the tick
export const COUNT_PAUSE = 12; //  pause: it counts from the tick
export const EVIDENCE = 13; //     pause: it counts from its beginning or the tick, whichever is later, with a note
export const CLAMP_PAUSE = 14; //  pause: it does not count before the clock's start
export const CLOSE_PAUSE = 15; //  pause, days added: the time up to the mark is left out
export const NOTE = 16; //         notes
export const MOVE_DUE = 17; //     the due date is the one in the event's field
export const FINISH = 18; //       state of the clock if late, if in time, type, version, limit: the clock stops at the mark
export const KEEP_FIRST = 19; //   register: the tick is the first of its type, unless one is known
export const DROP_FIRST = 20; //   register: what comes next is first
export const KEEP_END = 21; //     pause: its end came at the tick while it was not open
export const BY_END = 22; //       pause, address if its end came on this very day, address if not
export const BY_TAKEOVER = 23; //  version, address if it takes over the running clock by the tick, address if not
export const MARK_VERSION = 24; // version: the mark is the day from which it applies

/** In place of a date: the event's field is empty. */
export const NO_DATE = -1e15;
/** In place of a date: the event's field holds something that is not one. */
export const NOT_A_DATE = -2e15;

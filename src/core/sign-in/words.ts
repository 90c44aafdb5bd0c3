/** What sign-in writes to people. Declared with the templates of the outbox. */
import type { Transaction } from "../database/index.ts";
import { queueMessage, type NewMessage, type Template, template } from "../messages/index.ts";
import type { SignInTools } from "./tools.ts";

const forSigningIn = { en: "So that you can sign in", cy: "Er mwyn i chi allu mewngofnodi" } as const;
const forSafety = { en: "To keep your sign-in safe", cy: "I gadw eich mewngofnodi'n ddiogel" } as const;

export const enrolmentLink = template({
  id: "sign-in.enrolment-link",
  purpose: forSigningIn,
  placeholders: ["link", "date", "time"],
  essential: true,
  words: {
    en: {
      email: {
        subject: "Set up your sign-in at {bodyName}",
        body: "You can now sign in at {bodyName}.\n\nOpen this link and press the button:\n\n{link}\n\nThe link works once, until {time} on {date}. Keep it to yourself: whoever has it can sign in as you.\n\nIf you did not expect this, you can delete this message. Nothing happens unless the link is used.",
      },
    },
    cy: {
      email: {
        subject: "Trefnwch sut i fewngofnodi i {bodyName}",
        body: "Gallwch nawr fewngofnodi i {bodyName}.\n\nAgorwch y ddolen hon a phwyswch y botwm:\n\n{link}\n\nMae'r ddolen yn gweithio unwaith, tan {time} ar {date}. Cadwch hi i chi'ch hun: gall pwy bynnag sydd â hi fewngofnodi yn eich enw chi.\n\nOs nad oeddech yn disgwyl hyn, gallwch ddileu'r neges. Ni fydd dim yn digwydd oni bai bod y ddolen yn cael ei defnyddio.",
      },
    },
  },
});

export const signInLink = template({
  id: "sign-in.link",
  purpose: forSigningIn,
  placeholders: ["link", "date", "time"],
  essential: true,
  words: {
    en: {
      email: {
        subject: "Your link to sign in at {bodyName}",
        body: "You asked for a link to sign in at {bodyName}.\n\nOpen it and press the button:\n\n{link}\n\nThe link works once, until {time} on {date}. Keep it to yourself: whoever has it can sign in as you.\n\nYou did not ask for it? Then somebody typed your address. You need do nothing: without this message they cannot get in.",
      },
    },
    cy: {
      email: {
        subject: "Eich dolen i fewngofnodi i {bodyName}",
        body: "Gofynnoch am ddolen i fewngofnodi i {bodyName}.\n\nAgorwch hi a phwyswch y botwm:\n\n{link}\n\nMae'r ddolen yn gweithio unwaith, tan {time} ar {date}. Cadwch hi i chi'ch hun: gall pwy bynnag sydd â hi fewngofnodi yn eich enw chi.\n\nHeb ofyn amdani? Yna teipiodd rhywun eich cyfeiriad. Nid oes angen i chi wneud dim: heb y neges hon ni allant ddod i mewn.",
      },
    },
  },
});

export const staffAsked = template({
  id: "sign-in.staff-asked-for-link",
  purpose: forSigningIn,
  placeholders: ["link"],
  essential: true,
  words: {
    en: {
      email: {
        subject: "Signing in at {bodyName}",
        body: "You asked for a link to sign in at {bodyName}. You work here and may open other people's records, so a link by e-mail is not enough: please use your passkey.\n\n{link}\n\nHave you lost it? Ask a colleague with the post of administrator for a new start, in person.\n\nYou did not ask? Then somebody typed your address. They have got nothing by it.",
      },
    },
    cy: {
      email: {
        subject: "Mewngofnodi i {bodyName}",
        body: "Gofynnoch am ddolen i fewngofnodi i {bodyName}. Rydych yn gweithio yma ac yn cael agor cofnodion pobl eraill, felly nid yw dolen drwy e-bost yn ddigon: defnyddiwch eich cod-allwedd.\n\n{link}\n\nWedi ei golli? Gofynnwch i gydweithiwr sy'n weinyddwr am ddechrau newydd, wyneb yn wyneb.\n\nHeb ofyn? Yna teipiodd rhywun eich cyfeiriad. Nid ydynt wedi cael dim.",
      },
    },
  },
});

export const postedCode = template({
  id: "sign-in.posted-code",
  purpose: forSigningIn,
  placeholders: ["link", "code", "date"],
  essential: true,
  words: {
    en: {
      letter: {
        heading: "Your code to sign in at {bodyName}",
        body: "You can see what {bodyName} has promised you, on any computer, tablet or phone with the internet. A library has them.\n\n1. Go to {link}\n\n2. Type this code: {code}\n\nThe code works once, until {date}. Keep this letter safe until then.\n\nWould you like help? Call {telephone}, or ask a member of staff when you are here.",
      },
    },
    cy: {
      letter: {
        heading: "Eich cod i fewngofnodi i {bodyName}",
        body: "Gallwch weld beth mae {bodyName} wedi'i addo i chi, ar unrhyw gyfrifiadur, llechen neu ffôn gyda'r rhyngrwyd. Mae rhai yn y llyfrgell.\n\n1. Ewch i {link}\n\n2. Teipiwch y cod hwn: {code}\n\nMae'r cod yn gweithio unwaith, tan {date}. Cadwch y llythyr hwn yn ddiogel tan hynny.\n\nHoffech chi help? Ffoniwch {telephone}, neu gofynnwch i aelod o staff pan fyddwch yma.",
      },
    },
  },
});

export const passkeyAdded = template({
  id: "sign-in.passkey-added",
  purpose: forSafety,
  placeholders: ["link", "date", "time"],
  essential: true,
  words: {
    en: {
      email: {
        subject: "A new way to sign in was added",
        body: "A passkey was added to your sign-in at {bodyName}, at {time} on {date}.\n\nWas it you? Then all is well.\n\nWas it not you? Call {telephone} now. You can also look at your passkeys and remove one:\n\n{link}",
      },
      text: "{bodyName}: a passkey was added to your sign-in at {time} on {date}. Not you? Call {telephone}.",
      letter: {
        heading: "A new way to sign in was added",
        body: "A passkey was added to your sign-in at {bodyName}, at {time} on {date}.\n\nWas it you? Then all is well.\n\nWas it not you? Call {telephone} now.",
      },
    },
    cy: {
      email: {
        subject: "Ychwanegwyd ffordd newydd o fewngofnodi",
        body: "Ychwanegwyd cod-allwedd at eich mewngofnodi i {bodyName}, am {time} ar {date}.\n\nAi chi oedd e? Yna mae popeth yn iawn.\n\nNid chi? Ffoniwch {telephone} nawr. Gallwch hefyd edrych ar eich codau-allwedd a thynnu un:\n\n{link}",
      },
      text: "{bodyName}: ychwanegwyd cod-allwedd at eich mewngofnodi am {time} ar {date}. Nid chi? Ffoniwch {telephone}.",
      letter: {
        heading: "Ychwanegwyd ffordd newydd o fewngofnodi",
        body: "Ychwanegwyd cod-allwedd at eich mewngofnodi i {bodyName}, am {time} ar {date}.\n\nAi chi oedd e? Yna mae popeth yn iawn.\n\nNid chi? Ffoniwch {telephone} nawr.",
      },
    },
  },
});

export const passkeySuspended = template({
  id: "sign-in.passkey-suspended",
  purpose: forSafety,
  placeholders: ["link", "date", "time"],
  essential: true,
  words: {
    en: {
      email: {
        subject: "We stopped one of your passkeys",
        body: "At {time} on {date} one of your passkeys was used in a way that can mean there is a copy of it. We did not let it in, and it no longer works.\n\nSign in another way, remove it and add a new one:\n\n{link}\n\nIf you do not know what happened, call {telephone}.",
      },
      text: "{bodyName}: we stopped one of your passkeys at {time} on {date}: there may be a copy of it. Call {telephone}.",
      letter: {
        heading: "We stopped one of your passkeys",
        body: "At {time} on {date} one of your passkeys was used in a way that can mean there is a copy of it. We did not let it in, and it no longer works.\n\nSign in another way, remove it and add a new one. If you need help, call {telephone}.",
      },
    },
    cy: {
      email: {
        subject: "Rydym wedi atal un o'ch codau-allwedd",
        body: "Am {time} ar {date} defnyddiwyd un o'ch codau-allwedd mewn ffordd a all olygu bod copi ohono. Ni wnaethom ei adael i mewn, ac nid yw'n gweithio mwyach.\n\nMewngofnodwch mewn ffordd arall, tynnwch ef ac ychwanegwch un newydd:\n\n{link}\n\nOs nad ydych yn gwybod beth ddigwyddodd, ffoniwch {telephone}.",
      },
      text: "{bodyName}: ataliwyd un o'ch codau-allwedd am {time} ar {date}: efallai bod copi ohono. Ffoniwch {telephone}.",
      letter: {
        heading: "Rydym wedi atal un o'ch codau-allwedd",
        body: "Am {time} ar {date} defnyddiwyd un o'ch codau-allwedd mewn ffordd a all olygu bod copi ohono. Ni wnaethom ei adael i mewn, ac nid yw'n gweithio mwyach.\n\nMewngofnodwch mewn ffordd arall, tynnwch ef ac ychwanegwch un newydd. Os oes angen help, ffoniwch {telephone}.",
      },
    },
  },
});

/** A passkey was removed, or a sign-in from elsewhere joined. */
export const signInChanged = template({
  id: "sign-in.changed",
  purpose: forSafety,
  placeholders: ["link", "date", "time"],
  essential: true,
  words: {
    en: {
      email: {
        subject: "How you sign in was changed",
        body: "How you sign in at {bodyName} was changed, at {time} on {date}: a passkey was removed, or another way to sign in was joined to your record.\n\nWas it you? Then all is well.\n\nWas it not you? Call {telephone} now. You can also look at how you sign in:\n\n{link}",
      },
      text: "{bodyName}: how you sign in was changed at {time} on {date}. Not you? Call {telephone}.",
      letter: {
        heading: "How you sign in was changed",
        body: "How you sign in at {bodyName} was changed, at {time} on {date}: a passkey was removed, or another way to sign in was joined to your record.\n\nWas it you? Then all is well.\n\nWas it not you? Call {telephone} now.",
      },
    },
    cy: {
      email: {
        subject: "Newidiwyd sut rydych yn mewngofnodi",
        body: "Newidiwyd sut rydych yn mewngofnodi i {bodyName}, am {time} ar {date}: tynnwyd cod-allwedd, neu cysylltwyd ffordd arall o fewngofnodi â'ch cofnod.\n\nAi chi oedd e? Yna mae popeth yn iawn.\n\nNid chi? Ffoniwch {telephone} nawr. Gallwch hefyd edrych ar sut rydych yn mewngofnodi:\n\n{link}",
      },
      text: "{bodyName}: newidiwyd sut rydych yn mewngofnodi am {time} ar {date}. Nid chi? Ffoniwch {telephone}.",
      letter: {
        heading: "Newidiwyd sut rydych yn mewngofnodi",
        body: "Newidiwyd sut rydych yn mewngofnodi i {bodyName}, am {time} ar {date}: tynnwyd cod-allwedd, neu cysylltwyd ffordd arall o fewngofnodi â'ch cofnod.\n\nAi chi oedd e? Yna mae popeth yn iawn.\n\nNid chi? Ffoniwch {telephone} nawr.",
      },
    },
  },
});

/** Somebody came in by a code that a member of staff made for them in person. */
export const helpedToSignIn = template({
  id: "sign-in.helped",
  purpose: forSafety,
  placeholders: ["link", "date", "time"],
  essential: true,
  words: {
    en: {
      email: {
        subject: "A member of staff helped you to sign in",
        body: "At {time} on {date} somebody signed in as you at {bodyName}, with a code from a member of staff.\n\nWas it you? Then all is well.\n\nWas it not you? Call {telephone} now. You can see who helped, and where you are signed in:\n\n{link}",
      },
      text: "{bodyName}: at {time} on {date} you were signed in with a code from a member of staff. Not you? Call {telephone}.",
      letter: {
        heading: "A member of staff helped you to sign in",
        body: "At {time} on {date} somebody signed in as you at {bodyName}, with a code from a member of staff.\n\nWas it you? Then all is well.\n\nWas it not you? Call {telephone} now.",
      },
    },
    cy: {
      email: {
        subject: "Helpodd aelod o staff chi i fewngofnodi",
        body: "Am {time} ar {date} mewngofnododd rhywun yn eich enw chi i {bodyName}, gyda chod gan aelod o staff.\n\nAi chi oedd e? Yna mae popeth yn iawn.\n\nNid chi? Ffoniwch {telephone} nawr. Gallwch weld pwy helpodd, a ble rydych wedi mewngofnodi:\n\n{link}",
      },
      text: "{bodyName}: am {time} ar {date} cawsoch eich mewngofnodi gyda chod gan aelod o staff. Nid chi? Ffoniwch {telephone}.",
      letter: {
        heading: "Helpodd aelod o staff chi i fewngofnodi",
        body: "Am {time} ar {date} mewngofnododd rhywun yn eich enw chi i {bodyName}, gyda chod gan aelod o staff.\n\nAi chi oedd e? Yna mae popeth yn iawn.\n\nNid chi? Ffoniwch {telephone} nawr.",
      },
    },
  },
});

/** All of them, for the outbox. */
export const signInTemplates: readonly Template[] = [
  enrolmentLink,
  signInLink,
  staffAsked,
  postedCode,
  passkeyAdded,
  passkeySuspended,
  signInChanged,
  helpedToSignIn,
];

/** Tells somebody that their way in was changed: they are the first to know when it was not them (ASVS 6.3.7). */
export async function tellOfChange(
  transaction: Transaction,
  { vault, origin, timeZone }: Pick<SignInTools, "vault" | "origin" | "timeZone">,
  change: {
    readonly personId: string;
    readonly template: typeof passkeyAdded | typeof passkeySuspended | typeof signInChanged | typeof helpedToSignIn;
    readonly factId: string;
    readonly now: Temporal.Instant;
  },
): Promise<void> {
  const { personId, template: which, factId, now } = change;
  const values = { link: `${origin}/me/sign-in`, ...when(now, timeZone) };
  await write(transaction, { vault }, { subjectId: personId, template: which, values, factId, urgent: true, now });
}

type ToSay<T extends Template> = Omit<NewMessage<T>, "causedBy"> & { readonly factId?: string };

/** Writes one message, in the transaction of what it is about. */
export async function write<T extends Template>(
  transaction: Transaction,
  { vault }: Pick<SignInTools, "vault">,
  { factId, ...message }: ToSay<T>,
): Promise<void> {
  const causedBy = factId === undefined ? null : { subjectId: message.subjectId, factId };
  await queueMessage(transaction, vault, { ...message, causedBy } as NewMessage<T>);
}

/** Date and time as messages say them, in the body's own zone; digits, so that they need no language. */
export function when(instant: Temporal.Instant, timeZone: string): { readonly date: string; readonly time: string } {
  const local = instant.toZonedDateTimeISO(timeZone);
  const two = (number: number) => String(number).padStart(2, "0");
  return { date: `${local.day}/${local.month}/${local.year}`, time: `${two(local.hour)}:${two(local.minute)}` };
}

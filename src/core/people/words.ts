/** What people are told about who may see their data. */
import { template } from "../messages/index.ts";

/** To the person: staff who are not theirs opened their record. */
export const openedInEmergency = template({
  id: "people.opened-in-emergency",
  purpose: {
    en: "To tell you that somebody opened your record in an emergency.",
    cy: "I ddweud wrthych fod rhywun wedi agor eich cofnod mewn argyfwng.",
  },
  placeholders: ["link", "date", "time"],
  essential: true,
  words: {
    en: {
      email: {
        subject: "Somebody opened your record in an emergency",
        body: "On {date} at {time} a member of staff who does not usually see your record opened it, because of an emergency.\n\nSee who it was and why, and ask us about it:\n{link}\n\nYou do not have to do anything.\n\n{bodyName}, {telephone}\nReference: {reference}",
      },
      text: "{bodyName}: on {date} at {time} a member of staff opened your record in an emergency. See who and why: {link}",
      letter: {
        heading: "Somebody opened your record in an emergency",
        body: "On {date} at {time} a member of staff who does not usually see your record opened it, because of an emergency.\n\nTo see who it was and why, go to {link} or call {telephone}.\n\nYou do not have to do anything.",
      },
    },
    cy: {
      email: {
        subject: "Agorodd rhywun eich cofnod mewn argyfwng",
        body: "Ar {date} am {time} agorodd aelod o staff nad yw fel arfer yn gweld eich cofnod ef, oherwydd argyfwng.\n\nGweld pwy a pham, a gofyn i ni amdano:\n{link}\n\nNid oes rhaid i chi wneud dim.\n\n{bodyName}, {telephone}\nCyfeirnod: {reference}",
      },
      text: "{bodyName}: ar {date} am {time} agorodd aelod o staff eich cofnod mewn argyfwng. Gweld pwy a pham: {link}",
      letter: {
        heading: "Agorodd rhywun eich cofnod mewn argyfwng",
        body: "Ar {date} am {time} agorodd aelod o staff nad yw fel arfer yn gweld eich cofnod ef, oherwydd argyfwng.\n\nI weld pwy a pham, ewch i {link} neu ffoniwch {telephone}.\n\nNid oes rhaid i chi wneud dim.",
      },
    },
  },
});

/** To the person: their question about a look was answered. */
export const questionAnswered = template({
  id: "people.question-answered",
  purpose: {
    en: "To tell you that we answered your question about who looked at your record.",
    cy: "I ddweud wrthych ein bod wedi ateb eich cwestiwn am bwy edrychodd ar eich cofnod.",
  },
  placeholders: ["link"],
  essential: true,
  words: {
    en: {
      email: {
        subject: "We answered your question",
        body: "You asked us why somebody looked at your record. Our answer is here:\n{link}\n\nIf you are not satisfied, call {telephone}.\n\n{bodyName}\nReference: {reference}",
      },
      text: "{bodyName}: we answered your question about who looked at your record: {link}",
      letter: {
        heading: "We answered your question",
        body: "You asked us why somebody looked at your record. You can read our answer at {link}, or call {telephone} and we will read it to you.",
      },
    },
    cy: {
      email: {
        subject: "Rydym wedi ateb eich cwestiwn",
        body: "Gofynnoch i ni pam yr edrychodd rhywun ar eich cofnod. Mae ein hateb yma:\n{link}\n\nOs nad ydych yn fodlon, ffoniwch {telephone}.\n\n{bodyName}\nCyfeirnod: {reference}",
      },
      text: "{bodyName}: rydym wedi ateb eich cwestiwn am bwy edrychodd ar eich cofnod: {link}",
      letter: {
        heading: "Rydym wedi ateb eich cwestiwn",
        body: "Gofynnoch i ni pam yr edrychodd rhywun ar eich cofnod. Gallwch ddarllen ein hateb yn {link}, neu ffonio {telephone}.",
      },
    },
  },
});

/** To the person: somebody new may act for them, so that nobody is made a guardian behind anybody's back. */
export const relationshipChanged = template({
  id: "people.relationship-changed",
  purpose: {
    en: "To tell you that who may act for you has changed.",
    cy: "I ddweud wrthych fod pwy gaiff weithredu ar eich rhan wedi newid.",
  },
  placeholders: ["link"],
  essential: true,
  words: {
    en: {
      email: {
        subject: "Who may act for you has changed",
        body: "Who may see your record or act for you has changed. See who, and change it:\n{link}\n\nIf you did not expect this, call {telephone}.\n\n{bodyName}\nReference: {reference}",
      },
      text: "{bodyName}: who may act for you has changed. If you did not expect this, call {telephone}. See who: {link}",
      letter: {
        heading: "Who may act for you has changed",
        body: "Who may see your record or act for you has changed. To see who, go to {link} or call {telephone}.",
      },
    },
    cy: {
      email: {
        subject: "Mae pwy gaiff weithredu ar eich rhan wedi newid",
        body: "Mae pwy gaiff weld eich cofnod neu weithredu ar eich rhan wedi newid. Gweld pwy, a'i newid:\n{link}\n\nOs nad oeddech yn disgwyl hyn, ffoniwch {telephone}.\n\n{bodyName}\nCyfeirnod: {reference}",
      },
      text: "{bodyName}: mae pwy gaiff weithredu ar eich rhan wedi newid. Os nad oeddech yn disgwyl hyn, ffoniwch {telephone}. Gweld pwy: {link}",
      letter: {
        heading: "Mae pwy gaiff weithredu ar eich rhan wedi newid",
        body: "Mae pwy gaiff weld eich cofnod neu weithredu ar eich rhan wedi newid. I weld pwy, ewch i {link} neu ffoniwch {telephone}.",
      },
    },
  },
});

export const peopleTemplates = [openedInEmergency, questionAnswered, relationshipChanged];

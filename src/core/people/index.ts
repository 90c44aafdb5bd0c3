/** The door of people: who stands how to whom, and what staff are employed to do. */
export { EMERGENCY_CAUSES, EVIDENCE, PEOPLE_CASE, dataOf, peopleFacts } from "./events.ts";
export type { PeopleFactData, PeopleFactType } from "./events.ts";
export { holdsAt, standingOf } from "./model/standing.ts";
export { newPeopleFact } from "./model/fact.ts";
export type { Membership, MergedRecord, PostRow, Relationship, Standing } from "./model/standing.ts";
export {
  addMemberOfStaff,
  answerQuestion,
  askAboutLook,
  askToWithhold,
  changeContact,
  EMERGENCY_HOURS,
  endRelationship,
  givePost,
  inviteToAct,
  mergeRecords,
  openInEmergency,
  recordOne,
  recordPeople,
  startRelationship,
  undoMerge,
} from "./actions.ts";
export type { By, MergeResult, PeopleRecorded, PeopleTools } from "./actions.ts";
export { allowedAmong } from "./allowed.ts";
export { peopleProjection } from "./projection.ts";
export { loadActor, MOST_TIES, readRecordsOf, readWhose } from "./store.ts";
export { actorOf, readAs } from "./reader.ts";
export {
  addTeam,
  readBans,
  readMemberships,
  readMerges,
  readOffers,
  readPosts,
  readQuestions,
  readRelationships,
  readTeams,
  readWithholdings,
} from "./read.ts";
export type { QuestionRow, ReadBan, ReadMembership, ReadPost, RelationshipRow, Team, WithholdingRow } from "./read.ts";
export { peopleTemplates } from "./words.ts";

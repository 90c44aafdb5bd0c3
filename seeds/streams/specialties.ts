import type { Random } from "../random.ts";

/** What a person of this age is most often sent to a hospital for, among the five specialties of the region. */
export function specialtyAt(age: number, random: Random): string {
  const share = random.share();
  if (age < 18) return share < 0.62 ? "childrens-mental-health" : share < 0.92 ? "skin" : "heart";
  if (age < 50) return share < 0.45 ? "skin" : share < 0.75 ? "hips-and-knees" : share < 0.95 ? "heart" : "cataract";
  if (age < 70) return share < 0.38 ? "hips-and-knees" : share < 0.62 ? "heart" : share < 0.82 ? "cataract" : "skin";
  return share < 0.33 ? "hips-and-knees" : share < 0.72 ? "cataract" : share < 0.9 ? "heart" : "skin";
}

/** Holds the real tree to its walls. Run with: node scripts/walls.ts */
import { readCode } from "../tests/house/tree.ts";
import { formatFault, inspectWalls } from "../tests/house/walls.ts";

const { faults, modules, imports } = inspectWalls(readCode());
for (const fault of faults) console.error(formatFault(fault));
console.log(`${modules} modules, ${imports} imports, ${faults.length} faults`);
process.exitCode = faults.length === 0 && modules > 0 ? 0 : 1;

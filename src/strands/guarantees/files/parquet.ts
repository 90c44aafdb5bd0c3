import { DuckDBInstance } from "@duckdb/node-api";

/** Turns a file of JSON lines into Parquet, streaming. Columns by name and DuckDB type. */
export async function jsonToParquet(
  from: string,
  to: string,
  columns: readonly (readonly [name: string, type: string])[],
): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
    const types = columns.map(([name, type]) => `${quoted(name)}: ${quoted(type)}`).join(", ");
    await connection.run(
      `COPY (SELECT * FROM read_json(${quoted(from)}, format='newline_delimited', columns={${types}})) TO ${quoted(to)} (FORMAT parquet)`,
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

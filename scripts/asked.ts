/** Reads what was asked for on the command line; what cannot be asked for is said in one line, and ends with status 2. */
export function asked<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    console.error(`❌ ${error instanceof Error ? error.message : String(error)}\n--help tells what there is.`);
    process.exit(2);
  }
}

// One line for each fact that holds or does not; a fact that fails does not keep the others from being looked at.
let failures = 0;
let held = 0;

export async function fact(title, prove) {
  const began = performance.now();
  try {
    const figures = await prove();
    held++;
    console.log(`holds   ${title} (${figures ? `${figures}; ` : ''}${Math.round(performance.now() - began)} ms)`);
  } catch (error) {
    failures++;
    console.log(`FAILS   ${title}\n${indented(error)}`);
  }
}

/** @returns {number} an exit code. */
export function verdict() {
  console.log(`${held} facts hold, ${failures} do not`);
  return failures > 0 || held === 0 ? 1 : 0;
}

function indented(error) {
  return String(error.stack ?? error).split('\n').slice(0, 24).map((line) => `        ${line}`).join('\n');
}

// ax's optimiser as the guide in its package has it (skills/ax-gepa.md): `optimize`, which runs GEPA, with a train and a
// validation set, a metric, and the budget that an order names; what it found is applied to a program that is asked
// afterwards. What is to be rewritten is one component, the program's instruction. It needs a text to begin with: ax
// never proposes one in place of an empty instruction (findings/ax-leaves-an-empty-instruction-empty.sh).
import {
  ai,
  ax,
  axDeserializeOptimizedProgram,
  axSerializeOptimizedProgram,
  optimize,
} from "@ax-llm/ax";
import { scorerFor } from "../../../src/domain/scoring/scorer.ts";
import { serveOrders } from "../serve-orders.mjs";

const [apiURL] = process.argv.slice(2);
const studentAI = ai({ name: "openai", apiKey: "none", apiURL, config: { model: "planted" } });

await serveOrders({
  async optimize({ instruction, options, train, validation, settings }) {
    const metric = ({ prediction, example }) =>
      scorerFor(example.question, example.answer).score(prediction.answer);
    const { optimizedProgram } = await optimize(program(instruction, options), train, metric, {
      studentAI,
      validationExamples: validation,
      ...settings,
    });
    return axSerializeOptimizedProgram(optimizedProgram);
  },
  async answer({ instruction, options, optimized, questions }) {
    const asked = program(instruction, options);
    if (optimized !== null) asked.applyOptimization(axDeserializeOptimizedProgram(optimized));
    const answers = [];
    for (const question of questions)
      answers.push((await asked.forward(studentAI, { question })).answer);
    return answers;
  },
});

function program(instruction, options) {
  const made = ax(`question:string -> answer:class "${options.join(", ")}"`);
  made.setInstruction(instruction);
  return made;
}

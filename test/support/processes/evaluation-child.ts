/** Runs an evaluation of two methods in the folder and with the model's address that are its arguments; for `kill -9`. */
import { loadChatModel } from "../../../src/model/load-chat-model.js";
import {
  armOf,
  askingMethod,
  evaluationOptions,
  ratingSet,
  recordedBy,
} from "../evaluation/evaluation.js";

const [folder = "", openaiBaseUrl = ""] = process.argv.slice(2);
const model = loadChatModel("openai:scripted", { openaiBaseUrl });
const { predictions } = await recordedBy(
  evaluationOptions(
    {
      folder,
      model,
      sets: [ratingSet("films", 4, 3), ratingSet("books", 2, 3)],
      arms: [armOf(askingMethod("plain")), armOf(askingMethod("ready", { prepares: true }))],
    },
    { resume: true },
  ),
);
process.stdout.write(String(predictions.length));

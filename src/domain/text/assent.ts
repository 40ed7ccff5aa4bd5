import { ownWords, standsIn } from "./own-words.js";

/** Words of saying yes, in the languages that search knows and some more. */
const assenting =
  /(?<![\p{L}\p{M}\p{N}])(?:yes|yeah|yep|yup|right|correct|exact(?:ly|o|a|ement)?|precisely|perfect(?:o|a|ly)?|agreed|true|ja|jawohl|genau|richtig|stimmt|korrekt|perfekt|oui|parfait|juste|sí|correct[oa]|sì|esatt[oa]|giusto|corretto|perfetto|sim|exato|certo|correto|perfeito|precies|klopt|juist|precis|rätt|stämmer|riktig|rigtigt|akkurat|nettopp|kyllä|oikein|täsmälleen|да|верно|правильно|точно|evet|doğru|aynen|ναι|σωστά|ακριβώς|igen|pontosan|helyes|da|tepat|benar|ya|نعم|صحيح)(?![\p{L}\p{M}\p{N}])|是的|没错|正确|對|对|はい|その通り|正しい|네|맞아/iu;
/** Words of saying no; a sentence with one of them agrees to nothing for sure. */
const dissenting =
  /(?<![\p{L}\p{M}\p{N}])(?:no|not|never|nor|wrong|incorrect|\p{L}+n['’]t|nein|nicht|kein\w*|falsch|non|pas|faux|incorrecto|sbagliato|não|nao|errado|niet|geen|fout|inte|fel|ikke|feil|forkert|ei|väärin|нет|не|неверно|hayır|değil|yanlış|όχι|δεν|λάθος|nem|nu|greșit|tidak|bukan|salah|لا|ليس|خطأ)(?![\p{L}\p{M}\p{N}])|不|错|錯|いいえ|違|ない|아니|틀/iu;

/**
 * Whether the user's words agree to a response: the sentence of the message that holds them says yes, says no nowhere and
 * asks nothing, or the message itself holds all of the response. What a model takes for consent is not enough, because it
 * has read the response too, which may tell it to.
 *
 * @param words - Of the message, as the model quotes them.
 */
export function agreesTo(response: string, words: string, message: string): boolean {
  const own = ownWords(message);
  if (standsIn(response, own)) return true;
  const sentences = own.match(/[^.!?。！？؟\n]+[.!?。！？؟\n]*/gu) ?? [];
  return sentences.some(
    (sentence) =>
      (standsIn(words, sentence) || standsIn(sentence, words)) &&
      assenting.test(sentence) &&
      !dissenting.test(sentence) &&
      !/[?？؟]\s*$/u.test(sentence),
  );
}

import {
  Button,
  Checkbox,
  Collapse,
  Group,
  NumberInput,
  Stack,
  Text,
  UnstyledButton,
} from "@mantine/core";
import { GraduationCap } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import type { LearningSettings } from "./learning-run.js";

/** Enough that something recurs among them. */
const batchUnlessChosen = 16;

type Field = "batch" | "iterations" | "maxCalls" | "maxSeconds";

const fields: readonly {
  readonly name: Field;
  readonly label: string;
  readonly about: string;
  readonly most: number;
}[] = [
  {
    name: "batch",
    label: "Answers to learn from",
    about: "Mostly mistakes; the others only test a change.",
    most: 128,
  },
  { name: "iterations", label: "Updates, at most", about: "3 unless you say otherwise.", most: 20 },
  {
    name: "maxCalls",
    label: "Model calls, at most",
    about: "No limit if empty.",
    most: 1_000_000,
  },
  { name: "maxSeconds", label: "Seconds, at most", about: "No limit if empty.", most: 1_000_000 },
];

/** Begins a run, with its few settings folded. */
export function StartLearning({
  isAgain,
  isCutOff,
  onStart,
}: {
  readonly isAgain: boolean;
  readonly isCutOff: boolean;
  readonly onStart: (settings: LearningSettings) => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const [values, setValues] = useState<Partial<Record<Field, number>>>({
    batch: batchUnlessChosen,
  });
  const [review, setReview] = useState(false);
  const details = useId();
  const start = (event: FormEvent) => {
    event.preventDefault();
    onStart({ ...values, ...(review && { review }) });
  };
  return (
    <form onSubmit={start}>
      <Stack gap="md" align="flex-start">
        <Group gap="md">
          <Button type="submit" size="md" leftSection={<GraduationCap size={20} aria-hidden />}>
            {isCutOff ? "Go on learning" : isAgain ? "Learn again" : "Start learning"}
          </Button>
          <UnstyledButton
            aria-expanded={isOpen}
            aria-controls={details}
            td="underline"
            fz="sm"
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? "Hide the settings" : "Settings and budget"}
          </UnstyledButton>
        </Group>
        <Collapse expanded={isOpen} id={details}>
          <Stack className="card" p="lg" gap="md">
            <Group gap="md" align="flex-start">
              {fields.map(({ name, label, about, most }) => (
                <NumberInput
                  key={name}
                  label={label}
                  description={about}
                  value={values[name] ?? ""}
                  min={1}
                  max={most}
                  allowDecimal={false}
                  w={220}
                  onChange={(value) =>
                    setValues(({ [name]: _before, ...others }) =>
                      typeof value === "number" ? { ...others, [name]: value } : others,
                    )
                  }
                />
              ))}
            </Group>
            <Checkbox
              label="Ask me before a new version is used"
              checked={review}
              onChange={({ currentTarget }) => setReview(currentTarget.checked)}
            />
            <Text size="sm" c="dimmed">
              Each past question costs at least one call of the model.
            </Text>
          </Stack>
        </Collapse>
      </Stack>
    </form>
  );
}

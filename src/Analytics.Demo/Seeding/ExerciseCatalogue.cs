namespace Analytics.Demo.Seeding;

/// <summary>One row of core.exercises and how people load it.</summary>
/// <param name="LoadShare">A beginner's working weight over body weight; 0: done with the body alone.</param>
/// <param name="StepKg">What its weights are multiples of.</param>
/// <param name="Held">Held for a time (a plank) and not repeated.</param>
public sealed record Exercise(
    Guid Id, string Name, string? MuscleGroup, double LoadShare = 0, double StepKg = 2.5, bool Held = false);

/// <summary>The exercises of the demo and the programmes made of them. The same ids whatever the seed.</summary>
public static class ExerciseCatalogue
{
    public static IReadOnlyList<Exercise> All { get; } =
    [
        Lift("Back squat", "legs", 0.75), Lift("Front squat", "legs", 0.6), Lift("Leg press", "legs", 1.2, 5),
        Lift("Bulgarian split squat", "legs", 0.2, 2), Lift("Walking lunge", "legs", 0.2, 2),
        Lift("Leg extension", "legs", 0.4, 5), Lift("Calf raise", "calves", 0.6, 5),
        Lift("Deadlift", "posterior chain", 0.95), Lift("Romanian deadlift", "hamstrings", 0.7),
        Lift("Leg curl", "hamstrings", 0.35, 5), Lift("Hip thrust", "glutes", 0.8), Lift("Good morning", "hamstrings", 0.35),
        Lift("Bench press", "chest", 0.6), Lift("Incline bench press", "chest", 0.5),
        Lift("Dumbbell bench press", "chest", 0.22, 2), Lift("Cable fly", "chest", 0.12), Body("Push-up", "chest"),
        Lift("Dip", "triceps", 0.05), Lift("Overhead press", "shoulders", 0.4),
        Lift("Dumbbell shoulder press", "shoulders", 0.17, 2), Lift("Lateral raise", "shoulders", 0.08, 1),
        Lift("Face pull", "shoulders", 0.2), Lift("Triceps pushdown", "triceps", 0.25), Lift("Skull crusher", "triceps", 0.22),
        Body("Pull-up", "back"), Body("Chin-up", "back"), Lift("Barbell row", "back", 0.55),
        Lift("Seated cable row", "back", 0.5), Lift("Lat pulldown", "back", 0.5), Lift("Dumbbell row", "back", 0.25, 2),
        Lift("Barbell curl", "biceps", 0.25), Lift("Hammer curl", "biceps", 0.12, 1),
        new(IdOf("Plank"), "Plank", "core", Held: true), Body("Hanging leg raise", "core"), Lift("Cable crunch", "core", 0.35),
        Lift("Kettlebell swing", "posterior chain", 0.25, 4), Lift("Farmer's walk", null, 0.35, 2),
        new(IdOf("Running"), "Running", "cardio"), new(IdOf("Cycling"), "Cycling", "cardio"),
        new(IdOf("Rowing machine"), "Rowing machine", "cardio"),
    ];

    public static Exercise Running { get; } = Named("Running");
    public static Exercise Cycling { get; } = Named("Cycling");

    /// <summary>Seven exercises each, the most important first; a workout does the first four to seven.</summary>
    public static IReadOnlyList<Programme> Programmes { get; } =
    [
        Of("Push", "Bench press", "Overhead press", "Incline bench press", "Dip", "Lateral raise", "Triceps pushdown", "Cable fly"),
        Of("Pull", "Deadlift", "Pull-up", "Barbell row", "Lat pulldown", "Face pull", "Barbell curl", "Hammer curl"),
        Of("Legs", "Back squat", "Romanian deadlift", "Leg press", "Leg curl", "Calf raise", "Leg extension", "Plank"),
        Of("Upper body", "Overhead press", "Chin-up", "Dumbbell bench press", "Seated cable row", "Skull crusher",
            "Hammer curl", "Push-up"),
        Of("Lower body", "Front squat", "Hip thrust", "Bulgarian split squat", "Good morning", "Walking lunge",
            "Cable crunch", "Calf raise"),
        Of("Full body", "Back squat", "Bench press", "Barbell row", "Dumbbell shoulder press", "Kettlebell swing",
            "Hanging leg raise", "Farmer's walk"),
    ];

    public static Exercise Named(string name) => All.First(e => e.Name == name);

    private static Programme Of(string name, params string[] exercises) => new(name, [.. exercises.Select(Named)]);

    private static Exercise Lift(string name, string? group, double share, double step = 2.5) =>
        new(IdOf(name), name, group, share, step);

    private static Exercise Body(string name, string group) => new(IdOf(name), name, group);

    private static Guid IdOf(string name) => new Chance($"exercise {name}").Id();
}

/// <summary>A day of a training plan.</summary>
public sealed record Programme(string Name, IReadOnlyList<Exercise> Exercises);

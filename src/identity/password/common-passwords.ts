/**
 * What the best known passwords are made of. Real lists are these words with digits, signs and look-alike letters
 * around them, so password-rules.ts looks for that instead of carrying every combination.
 */
export const commonWords: ReadonlySet<string> = new Set(
  `
    !qaz2wsx 1a2b3c 1a2b3c4d 1q2w3e 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 50cent a123456
    a12345678 a1b2c3 a1b2c3d4 a1b2c3d4e5 aa123456 aaaaaa abc123 abcabc abcd abcd1234 abcdef abcdefg abcdefgh abdullah
    access accessgranted acdc admin adminadmin administrador administrator adminpassword agent007 agent47 alejandro
    alexander alexandra amanda america anastasia andrea andrew android angel angelina angels anthony anything apple
    april army arsenal asdf asdfasdf asdfgh asdfghjkl ashley assassin asshole august australia autumn azerty azertyuiop
    babyboy babygirl bailey banana bank banking barcelona baseball basketball batman bear bears beatles beautiful
    benjamin berlin bestfriend billionaire bitch bitcoin biteme black blackcat blackwhite blessed blessing blink182 blue
    bond007 boston bourse bourseadmin brasil brazil broker broncos brother bullshit buster butterfly california
    callofduty camaro canada carolina changeme changemenow changethis chargers charlie cheese chelsea cherry chevrolet
    chewbacca chicago chocolate christ christian christopher cinnamon cisco ciscocisco coffee college computer
    contrasena contrasenya cookie cookies correcthorsebatterystaple corvette counterstrike cowboys cricket crypto
    cryptocurrency crystal cupcake daddy dallas daniel darthvader database december default demo demodemo demouser
    developer diamond diamonds dickhead doctor dodgers doggie dollar dollars dolphin dolphins dontknow dragon eagle
    eagles elizabeth emerald eminem england ethereum everything example exchange facebook faith falcon falcons family
    father february fernando ferrari finance financial firefighter fireman firstpassword florida flower flowers football
    forever forgotit forgotpassword fortnite france friday friend friends friendship frodo fucker fuckme fuckoff fuckyou
    gabriel gandalf germany giants ginger godisgood godislove golden golfer goodbye google gorgeous grace
    green greenday guest guestguest guitar hacker hacking halflife hallelujah hannah harley harleydavidson harrypotter
    haslo heaven hello hellohello hellokitty helloworld heslo hockey hogwarts honda hunter idontknow iforgot ilovegod
    iloveher ilovehim ilovejesus iloveme ilovemom ilovemyself iloveu iloveyou iloveyouforever iloveyousomuch india
    indonesia instagram internet iphone ireland ironmaiden ironman italia itsasecret jamaica jamesbond january jasmine
    jennifer jessica jesus jesus1 jesuschrist jonathan jordan joshua july june justdoit juventus kawasaki killer kitten
    kitty lakers lamborghini lavender letmein letmeinnow linkedin linkinpark linux lion liverpool liverpoolfc lkjhgfdsa
    login loginlogin logmein london lordjesus lovelove lovely loveme loveyou loveyouforever lozinka lukeskywalker
    macintosh madrid maggie manager manchester manutd march marine marines mario market maserati master mastermaster
    matrix matthew may mercedes mercy merlin metallica mexico michael michelle microsoft military millionaire minecraft
    mnbvcxz mohammed mommy monday money moneymoney monkey moonlight morgan motdepasse mother motherfucker motorola
    muhammad music mustang mybank mynewpassword mypass mypassword mysecret myspace myspace1 naruto natalie natasha navy
    network newpassword newyork nicholas nicole nigeria ninja nintendo nirvana none nopass nopassword notapassword
    nothing november nurse october oldpassword opensesame oracle oracle9i orange ourpassword packers pakistan panther
    panthers paris parola pass passcode passphrase passw0rd passwd password password1password passwordpassword passwort
    patricia patriots peanut penguin pepper phoenix pikachu pineapple pink pizza platinum playstation please poiuytrewq
    pokemon police porsche prince princesa princess programmer puppy purple pussy q1w2e3 q1w2e3r4 q1w2e3r4t5 qazwsx
    qazwsxedc qazxsw qwe123 qweasd qweasdzxc qweqwe qwerty qwertyuiop qwertz qwertzuiop rabbit rainbow rammstein rangers
    ravens realmadrid red redsox remember rememberme rich richie robert roblox rolling rollingstones root rootpassword
    rootroot rugby salasana samantha sample samsung samurai sasuke saturday savior school scorpion scotland secret
    secretpassword security senha senhas september server sexy sexysexy shadow signin silver sister
    skywalker slipknot sniper snowball snowflake soccer softball software soldier something sonic sophie spider
    spiderman spring starlight startrek starwars steelers stephanie stockmarket stocks stones strawberry
    student subaru success suckit summer sunday sunshine superadmin superman superstar superuser suzuki sweetheart
    sweetie sweetpea sysadmin system taylor teacher temp temporary temppassword temptemp tennis terminator test tester
    testing testtest testuser texas thepassword thequickbrownfox thomas thursday tiger tigers tigger
    topsecret toyota trader trading trustno1 tuesday tupac turtle twitter ubuntu unicorn university user username
    userpassword useruser vanilla veronica victoria vladimir volleyball wachtwoord wallstreet warcraft warrior wealth
    wednesday welcome welcomeback welcomewelcome whatever white whitetiger william windows winner winter wolf
    wonderwoman worldofwarcraft xbox360 yamaha yankees yellow yoda yourpassword youtube zaq12wsx zaq1xsw2 zaq1zaq1 zelda
    zxcvbn zxcvbnm
  `.split(/\s+/),
);

import type { Random } from "./random.ts";

/** Given and family names of one origin; people mostly have both from one, sometimes from two. */
type Origin = { readonly weight: number; readonly given: readonly string[]; readonly family: readonly string[] };

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Common names put together at random: whom they may resemble is chance. Non-ASCII letters, short and long ones on purpose. */
const origins: readonly Origin[] = [
  {
    weight: 52,
    given:
      words(`Alice Alan Amelia Andrew Arthur Barbara Beth Brenda Callum Catherine Charlotte Christine Connor Daisy Daniel
      David Deborah Derek Dorothy Edith Edward Eleanor Ellie Emily Emma Ethan Evie Florence Frank Freya George Gillian Gordon
      Grace Graham Hannah Harold Harriet Harry Hazel Heather Helen Henry Holly Hugh Isla Ivy Jack Jacob James Janet Jean
      Jennifer Jessica Joan Joanne John Joseph Joyce Judith Karen Keith Kenneth Laura Leo Lily Linda Lucy Malcolm Margaret
      Martin Mary Matilda Maureen Michael Millie Molly Muriel Neil Nicholas Nora Oliver Oscar Patricia Paul Peggy Peter Philip
      Poppy Rachel Raymond Rebecca Richard Robert Rosemary Ruby Ruth Sally Samuel Sarah Sheila Simon Sophie Stanley Stephen
      Susan Sylvia Teresa Thomas Timothy Valerie Victoria Violet Walter Wendy William Winifred Zoe`),
    family: words(`Abbott Ainsley Allen Appleby Archer Ashdown Atwell Bailey Barlow Barnes Beckett Bellamy Bentham Birch
      Blackwood Booth Bowman Bradley Brightwater Brooks Burrows Butler Carver Chandler Chapman Clayton Coates Cole Cooper
      Crabtree Cresswell Dawson Dean Drake Draper Easton Ellis Fairweather Farrow Fenwick Fletcher Fothergill Fowler
      Gardener Gibbs Goodwin Greenhalgh Hale Harding Hargreaves Hartley Hawthorne Hayward Hollis Holt Hopkins Hurst Ingham
      Jarvis Kemp Kendall Kirby Lambert Langley Larkin Lister Lockwood Marlow Marsh Mason Mercer Millward Moss Nettleton Nash
      Norris Oakes Osborne Page Parsons Pearce Pickering Pemberton Plummer Potter Prescott Quick Radcliffe Ramsden Rigby
      Rowe Rushworth Sanderson Saville Seddon Shaw Shipley Skelton Stanhope Stokes Sutcliffe Swift Tanner Thackeray
      Thornton Tilley Turner Underhill Vickers Wainwright Walker Webster Wharton Whitfield Wilcox Winterbottom Woodhouse
      Wragg Yardley`),
  },
  {
    weight: 9,
    given:
      words(`Aled Angharad Branwen Bronwen Carys Dafydd Dylan Eirlys Elin Emyr Ffion Gareth Geraint Glenys Gwenllian
      Gwilym Huw Ieuan Iolo Llinos Llŷr Lowri Mair Meinir Nerys Owain Rhiannon Rhodri Siân Siôn Tegwen Tomos`),
    family:
      words(`ap-Gwyn Bowen Cadwaladr Evans Gethin Griffiths Gwynne Hughes Howell Jenkins Llewelyn Llwyd Lloyd Maddocks
      Meredith Morgan Mostyn Parry Powell Prosser Pryce Rees Tudor Vaughan Wynne`),
  },
  {
    weight: 8,
    given:
      words(`Aoife Brendan Caoimhe Ciarán Colm Declan Deirdre Eamon Eilidh Fergus Fionnuala Gráinne Hamish Iain Kirsty
      Lachlan Mairi Malachy Niamh Nuala Órla Pádraig Pat Ronan Róisín Saoirse Seán Shona Sinéad Tadhg`),
    family:
      words(`Brennan Buchanan Byrne Cameron Drummond Farrell Gallagher Kavanagh MacAulay MacIntyre MacSwain McAllister
      McGillivray Munro Ní-Dhónaill O’Brien O’Connell O’Shaughnessy Ó-Súilleabháin Quigley Sinclair Tierney`),
  },
  {
    weight: 13,
    given:
      words(`Aarav Aisha Amina Amir Anjali Arjun Asha Bilal Daljit Deepak Farah Fatima Gurpreet Hamza Harpreet Imran Ishaan
      Jaspreet Kavita Khadija Lakshmi Mehwish Nadia Nasreen Nikhil Parveen Priya Rahul Rajesh Rohan Rukhsana Sanjay Shabnam
      Shreya Simran Sunita Tariq Usha Vikram Yusuf Zainab`),
    family: words(`Ahmed Akhtar Bains Begum Bhatt Chaudhry Dhillon Gill Gunasekaran Hussain Iqbal Iyer Joshi Kaur Khan
      Krishnamurthy Mahmood Malik Mehta Mistry Nair Patel Rao Qureshi Rahman Sandhu Sharma Siddiqui Subramaniam
      Venkataraghavan Wickramasinghe`),
  },
  {
    weight: 7,
    given:
      words(`Abena Abiola Adaeze Ama Amara Ayodele Chidi Chinedu Efua Ekene Emeka Esi Folasade Funmilayo Ife Kofi Kwame
      Kwabena Makena Ngozi Nia Obinna Olumide Oluwaseun Sade Tendai Temitope Thandiwe Tunde Wanjiru Yaa Zola`),
    family:
      words(`Abiola Acheampong Adeyemi Afolabi Agyeman Boateng Chikwanda Danquah Ekwueme Ezekwesili Kamau Mensah Mwangi
      Ncube Nwachukwu Obi Odhiambo Ogunleye Okafor Oluwakemi-Johnson Onyekachukwu Osei Owusu Sithole Wambui`),
  },
  {
    weight: 7,
    given:
      words(`Agnieszka Andrei Bartosz Czesława Dariusz Elżbieta Florin Grzegorz Ioana Jadwiga Jiří Katarzyna Krzysztof
      Łukasz Małgorzata Mihai Mirela Oksana Paweł Radu Răzvan Ștefan Stanisław Tomáš Vasyl Wojciech Zofia Žofie`),
    family:
      words(`Bondarenko Brzęczyk Constantinescu Dąbrowski Grzybowski Horáček Ionescu Jabłońska Kowalczyk Kravchenko Lewandowicz
      Moldoveanu Nowicki Popa Pietrzykowska Šimek Szczepańska Șerban Tkachenko Vondráček Wiśniewska Zieliński Żuraw`),
  },
  {
    weight: 4,
    given:
      words(`An Bao Chen Chiara Eun-ji Hao Hiroko Hye-jin Jia Ka-Yan Kenji Li Ling Linh Mei Min Ming Minh Phuong Quang Siew
      Thi Tuấn Wei Wing Xin Xiu Ying Yuki Zhen`),
    family:
      words(`Bùi Chan Cheung Choi Đặng Fong He Ho Huang Ito Kim Lam Lau Le Li Lim Liu Nakagawa Ng Nguyễn Oh Park Phạm Shin
      Tan Tran Wei Wong Wu Xu Ye Zhao`),
  },
  {
    weight: 6,
    given:
      words(`Ana Anaïs André Åsa Aurélie Beatriz Bjørn Carmela Caterina Chloé Concepción Dimitra Elif Fabrizio Françoise Gökhan
      Günter Håkon Inês Jürgen José João Léa Lucía Maëlle Mehmet Nuria Oskar Øyvind Renée Saša Søren Sofía Thérèse Yannis Zeynep`),
    family:
      words(`Andersen Anagnostopoulou Beaumont Bergström Castellanos Da-Silva De-la-Fuente Di-Stefano Dubois Fernandes
      García-Hernández Girard Göransson Haugen Jørgensen Kaya Kjærgaard Lefèvre Lind Müller Öztürk Papadimitriou
      Ribeiro Santoro Schönfeld Sørensen Vandenberghe van-der-Heijden Von-Arnsberg Yıldırım`),
  },
];

const totalWeight = origins.reduce((sum, origin) => sum + origin.weight, 0);

/** A whole name: given name, now and then a second one, family name or a double one. */
export function inventName(random: Random): { readonly given: string; readonly family: string } {
  const origin = pickOrigin(random);
  const mixed = random.chance(0.08) ? pickOrigin(random) : origin;
  const first = random.pick(origin.given);
  const second = random.chance(0.06) ? ` ${random.pick(origin.given)}` : "";
  const family = spaced(random.pick(mixed.family));
  const other = random.chance(0.03) ? spaced(random.pick(origin.family)) : family;
  return { given: first + second, family: other === family ? family : `${family}-${other}` };
}

function pickOrigin(random: Random): Origin {
  let left = random.share() * totalWeight;
  for (const origin of origins) {
    left -= origin.weight;
    if (left < 0) return origin;
  }
  return origins[0] as Origin;
}

/** The lists above are split at spaces: a particle is tied on with a hyphen and a small or known word tells it apart. */
function spaced(family: string): string {
  return family.replace(/^(ap|da|de-la|de|di|van-der|von|ní|ó)-/i, (particle) => particle.replaceAll("-", " "));
}
